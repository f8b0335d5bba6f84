"""Proofs that name who holds or owes money: couriers, tills, agencies, the bank."""

from typing import Final

from delivery.money.recounting.proof import proof

PROOFS: Final = (
    proof(
        "courier",
        """
        SELECT NULL::uuid AS item_id, party, NULL AS named, book AS what, sum(ledger) AS ledger, sum(deeds) AS deeds
        FROM (
            SELECT party, book, amount AS ledger, 0 AS deeds FROM sides WHERE account = 'courier'
            UNION ALL
            SELECT p.courier_id, p.kind, 0, p.amount FROM payments p JOIN own ON own.id = p.item_id
            WHERE p.courier_id IS NOT NULL AND p.shift_id IS NULL
        ) both_ways
        GROUP BY party, book HAVING sum(ledger) <> sum(deeds)
        """,
    ),
    proof(
        "shift",
        """
        SELECT NULL::uuid AS item_id, s.courier_id AS party, to_char(s.day, 'YYYY-MM-DD') AS named, law.what,
               law.ledger, law.deeds
        FROM shifts s LEFT JOIN LATERAL (
            SELECT coalesce(sum(p.amount) FILTER (WHERE p.kind = 'postage'), 0) AS postage,
                   coalesce(sum(p.amount) FILTER (WHERE p.kind = 'agency_fee'), 0) AS agency_fee,
                   coalesce(sum(p.amount) FILTER (WHERE p.courier_id <> s.courier_id), 0) AS of_others
            FROM payments p WHERE p.courier_id = s.courier_id AND p.shift_id = s.id
        ) taken ON true CROSS JOIN LATERAL (VALUES
            ('postage', s.postage, taken.postage), ('agency_fee', s.agency_fee, taken.agency_fee),
            ('variance', s.variance, s.counted - taken.postage - taken.agency_fee)
        ) AS law (what, ledger, deeds)
        WHERE s.world_id = :world AND law.ledger <> law.deeds
        UNION ALL
        SELECT p.item_id, p.courier_id, to_char(s.day, 'YYYY-MM-DD'), 'stranger', p.amount, 0
        FROM payments p JOIN own ON own.id = p.item_id JOIN shifts s ON s.id = p.shift_id
        WHERE s.courier_id <> p.courier_id OR s.world_id <> :world
        """,
    ),
    proof(
        "cash",
        """
        SELECT NULL::uuid AS item_id, party, to_char(day, 'YYYY-MM-DD') AS named,
               concat_ws(' ', book, kind, account) AS what, sum(ledger) AS ledger, sum(deeds) AS deeds
        FROM (
            SELECT book, kind, day, account, party, amount AS ledger, 0 AS deeds FROM sides
            WHERE kind IN ('shift_closed', 'variance', 'deposited')
            UNION ALL
            SELECT book, kind, day, account, party, 0, amount FROM shifts CROSS JOIN LATERAL (VALUES
                ('postage', 'shift_closed', 'till', office_id, postage),
                ('postage', 'shift_closed', 'courier', courier_id, -postage),
                ('agency_fee', 'shift_closed', 'till', office_id, agency_fee),
                ('agency_fee', 'shift_closed', 'courier', courier_id, -agency_fee),
                ('postage', 'variance', 'till', office_id, variance),
                ('postage', 'variance', 'variance', owner_id, -variance)
            ) AS posted (book, kind, account, party, amount)
            WHERE world_id = :world AND amount <> 0
            UNION ALL
            SELECT book, 'deposited', day, account, party, 0, amount FROM deposits CROSS JOIN LATERAL (VALUES
                ('postage', 'bank', NULL::uuid, postage), ('postage', 'till', office_id, -postage),
                ('agency_fee', 'bank', NULL, agency_fee), ('agency_fee', 'till', office_id, -agency_fee)
            ) AS posted (book, account, party, amount)
            WHERE :live
        ) both_ways
        GROUP BY book, kind, day, account, party HAVING sum(ledger) <> sum(deeds)
        """,
    ),
    proof(
        "till",
        """
        SELECT NULL::uuid AS item_id, party, NULL AS named, book AS what, sum(ledger) AS ledger, sum(deeds) AS deeds
        FROM (
            SELECT party, book, amount AS ledger, 0 AS deeds FROM sides WHERE account = 'till'
            UNION ALL
            SELECT p.office_id, p.kind, 0, p.amount FROM payments p JOIN own ON own.id = p.item_id
            WHERE p.office_id IS NOT NULL
            UNION ALL
            SELECT office_id, 'postage', 0, postage + variance FROM shifts WHERE world_id = :world
            UNION ALL SELECT office_id, 'agency_fee', 0, agency_fee FROM shifts WHERE world_id = :world
            UNION ALL SELECT office_id, 'postage', 0, -postage FROM deposits WHERE :live
            UNION ALL SELECT office_id, 'agency_fee', 0, -agency_fee FROM deposits WHERE :live
            UNION ALL SELECT office_id, 'postage', 0, -refund - compensation FROM claims
            WHERE world_id = :world AND state = 'paid' AND office_id IS NOT NULL
            UNION ALL SELECT office_id, 'agency_fee', 0, -agency_fee FROM claims
            WHERE world_id = :world AND state = 'paid' AND office_id IS NOT NULL
        ) both_ways
        GROUP BY party, book HAVING sum(ledger) <> sum(deeds)
        """,
    ),
    proof(
        "payable",
        """
        SELECT NULL::uuid AS item_id, party, NULL AS named, 'payable' AS what, sum(ledger) AS ledger,
               sum(deeds) AS deeds
        FROM (
            SELECT party, -amount AS ledger, 0 AS deeds FROM sides WHERE account = 'payable'
            UNION ALL
            SELECT own.agency_id, 0, p.amount FROM payments p JOIN own ON own.id = p.item_id
            WHERE p.kind = 'agency_fee'
            UNION ALL
            SELECT agency_id, 0, -amount FROM remittances WHERE world_id = :world AND paid_at IS NOT NULL
            UNION ALL
            SELECT own.agency_id, 0, -c.agency_fee FROM claims c JOIN own ON own.id = c.item_id
            WHERE c.state IN ('approved', 'paid')
        ) both_ways
        GROUP BY party HAVING sum(ledger) <> sum(deeds)
        """,
    ),
    proof(
        "remittance",
        """
        SELECT NULL::uuid AS item_id, r.agency_id AS party, r.number AS named, 'amount' AS what, r.amount AS ledger,
               coalesce(sum(l.amount), 0) AS deeds
        FROM remittances r LEFT JOIN remittance_lines l ON l.remittance_id = r.id
        WHERE r.world_id = :world GROUP BY r.id HAVING r.amount <> coalesce(sum(l.amount), 0)
        UNION ALL
        SELECT l.item_id, r.agency_id, r.number, 'line', l.amount, p.amount
        FROM remittance_lines l JOIN remittances r ON r.id = l.remittance_id JOIN payments p ON p.id = l.payment_id
        JOIN items i ON i.id = p.item_id
        WHERE r.world_id = :world AND (l.amount <> p.amount OR p.kind <> 'agency_fee' OR i.agency_id <> r.agency_id
            OR l.item_id <> p.item_id OR (l.released AND r.cancelled_at IS NULL))
        """,
    ),
    proof(
        "agency",
        """
        SELECT NULL::uuid AS item_id, party, NULL AS named, 'agency' AS what, sum(ledger) AS ledger,
               sum(deeds) AS deeds
        FROM (
            SELECT party, amount AS ledger, 0 AS deeds FROM sides WHERE account = 'agency'
            UNION ALL
            SELECT own.agency_id, 0, q.due_from_agency FROM quotes q JOIN own ON own.id = q.item_id
            WHERE q.frozen_at IS NOT NULL
            UNION ALL
            SELECT own.agency_id, 0, c.due_from_agency FROM corrections c JOIN own ON own.id = c.item_id
            UNION ALL SELECT agency_id, 0, -gross FROM statements WHERE world_id = :world AND paid_at IS NOT NULL
        ) both_ways
        GROUP BY party HAVING sum(ledger) <> sum(deeds)
        """,
    ),
    proof(
        "statement",
        """
        SELECT NULL::uuid AS item_id, s.agency_id AS party, s.number AS named, 'amount' AS what, s.gross AS ledger,
               coalesce(sum(l.gross), 0) AS deeds
        FROM statements s LEFT JOIN statement_lines l ON l.statement_id = s.id
        WHERE s.world_id = :world GROUP BY s.id HAVING s.gross <> coalesce(sum(l.gross), 0)
        UNION ALL
        SELECT l.item_id, s.agency_id, s.number, 'line', l.gross, coalesce(q.due_from_agency, c.due_from_agency)
        FROM statement_lines l JOIN statements s ON s.id = l.statement_id LEFT JOIN quotes q ON q.id = l.quote_id
        LEFT JOIN corrections c ON c.id = l.correction_id
        WHERE s.world_id = :world AND l.gross <> coalesce(q.due_from_agency, c.due_from_agency)
        """,
    ),
    proof(
        "transfer",
        """
        , used AS (
            SELECT transfer_id, sum(amount) AS amount FROM (
                SELECT transfer_id, amount FROM payments WHERE transfer_id IS NOT NULL
                UNION ALL SELECT transfer_id, refund FROM claims WHERE transfer_id IS NOT NULL AND kind = 'overpaid'
                UNION ALL SELECT t.id, s.gross FROM bank_transfers t JOIN statements s ON s.id = t.statement_id
                UNION ALL SELECT id, amount FROM bank_transfers WHERE state = 'refund' AND item_id IS NULL
            ) parts GROUP BY transfer_id)
        SELECT t.item_id, NULL::uuid AS party, t.bank_reference AS named, t.state AS what,
               coalesce(used.amount, 0) AS ledger, CASE WHEN t.state = 'waiting' THEN 0 ELSE t.amount END AS deeds
        FROM bank_transfers t LEFT JOIN used ON used.transfer_id = t.id
        WHERE :live AND coalesce(used.amount, 0) <> CASE WHEN t.state = 'waiting' THEN 0 ELSE t.amount END
        UNION ALL
        SELECT t.item_id, NULL, t.bank_reference, 'received', coalesce(p.amount, 0), t.amount
        FROM bank_transfers t LEFT JOIN postings p ON p.key = 'bank:' || t.id AND p.kind = 'bank_received'
        WHERE :live AND coalesce(p.amount, 0) <> t.amount
        UNION ALL
        SELECT t.item_id, NULL, t.bank_reference, 'sent_back', coalesce(p.amount, 0),
               CASE WHEN t.returned_at IS NULL THEN 0 ELSE t.amount END
        FROM bank_transfers t LEFT JOIN postings p ON p.key = 'paid_out:' || t.id AND p.kind = 'paid_out'
        WHERE :live AND coalesce(p.amount, 0) <> CASE WHEN t.returned_at IS NULL THEN 0 ELSE t.amount END
        """,
    ),
    proof(
        "suspense",
        """
        SELECT NULL::uuid AS item_id, NULL::uuid AS party, NULL AS named, what, sum(ledger) AS ledger,
               sum(deeds) AS deeds
        FROM (
            SELECT 'suspense' AS what, -amount AS ledger, 0 AS deeds FROM sides WHERE account = 'suspense'
            UNION ALL SELECT 'suspense', 0, amount FROM bank_transfers WHERE :live AND state = 'waiting'
            UNION ALL SELECT 'received', amount, 0 FROM sides WHERE kind = 'bank_received' AND account = 'bank'
            UNION ALL SELECT 'received', 0, amount FROM bank_transfers WHERE :live
            UNION ALL SELECT 'sent_back', amount, 0 FROM sides
            WHERE kind = 'paid_out' AND account = 'refunds' AND item_id IS NULL
            UNION ALL SELECT 'sent_back', 0, amount FROM bank_transfers WHERE :live AND returned_at IS NOT NULL
        ) both_ways
        GROUP BY what HAVING sum(ledger) <> sum(deeds)
        """,
    ),
    proof(
        "remitted",
        """
        SELECT NULL::uuid AS item_id, party, NULL AS named, account AS what, sum(ledger) AS ledger, sum(deeds) AS deeds
        FROM (
            SELECT account, party, amount AS ledger, 0 AS deeds FROM sides WHERE kind = 'remitted'
            UNION ALL
            SELECT account, party, 0, signed FROM remittances CROSS JOIN LATERAL (VALUES
                ('payable', agency_id, amount), ('bank', NULL::uuid, -amount)
            ) AS posted (account, party, signed)
            WHERE world_id = :world AND paid_at IS NOT NULL
        ) both_ways
        GROUP BY account, party HAVING sum(ledger) <> sum(deeds)
        """,
    ),
)
