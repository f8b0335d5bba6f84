"""Proofs that name an item or its paper: prices, payments, receipts and refunds against the postings."""

from typing import Final

from delivery.money.recounting.proof import proof

SHAPES: Final = frozenset(
    {
        *(
            ("postage", kind, *sides)
            for kind in ("charged", "corrected")
            for payer in ("addressee", "agency", "subsidy")
            for earned in ("revenue", "vat")
            # A discount or a reversal takes away: the sides change places.
            for sides in ((payer, earned), (earned, payer))
        ),
        *(("postage", "collected", debit, "addressee") for debit in ("courier", "till", "suspense")),
        *(("agency_fee", "collected", debit, "payable") for debit in ("courier", "till", "bank")),
        ("postage", "bank_received", "bank", "suspense"),
        ("postage", "matched", "suspense", "bank"),
        ("postage", "matched", "suspense", "agency"),
        *((book, "shift_closed", "till", "courier") for book in ("postage", "agency_fee")),
        ("postage", "variance", "till", "variance"),
        ("postage", "variance", "variance", "till"),
        *((book, "deposited", "bank", "till") for book in ("postage", "agency_fee")),
        ("agency_fee", "remitted", "payable", "bank"),
        ("postage", "uncollected", "uncollected", "addressee"),
        *(("postage", "claimed", since, "refunds") for since in ("addressee", "suspense", "compensation")),
        ("postage", "claimed", "refunds", "addressee"),
        ("agency_fee", "claimed", "payable", "refunds"),
        *((book, "paid_out", "refunds", giver) for book in ("postage", "agency_fee") for giver in ("bank", "till")),
    }
)
"""Book, kind, debit and credit of every posting that a deed may make: docs/money.md shows them as a table."""

PROOFS: Final = (
    proof(
        "shape",
        """
        SELECT item_id, coalesce(debit_party, credit_party) AS party, key AS named,
               concat_ws(' ', book, kind, debit, credit) AS what, amount AS ledger, 0 AS deeds
        FROM postings
        WHERE world_id = :world AND (
            NOT concat_ws(' ', book, kind, debit, credit) = ANY (:shapes)
            OR (debit = ANY (:of_parties)) <> (debit_party IS NOT NULL)
            OR (credit = ANY (:of_parties)) <> (credit_party IS NOT NULL)
            OR (kind IN ('charged', 'corrected', 'collected', 'uncollected') AND item_id IS NULL)
            OR item_id IS NOT NULL AND item_id NOT IN (SELECT id FROM own))
        """,
    ),
    proof(
        "lines",
        """
        , written AS (
            SELECT q.item_id, q.net, q.vat, q.gross, q.due_from_addressee AS addressee, q.due_from_agency AS agency,
                   q.due_from_subsidy AS subsidy, q.document AS document
            FROM quotes q JOIN own ON own.id = q.item_id WHERE q.frozen_at IS NOT NULL
            UNION ALL
            SELECT c.item_id, c.net, c.vat, c.gross, c.due_from_addressee, c.due_from_agency, c.due_from_subsidy,
                   c.lines
            FROM corrections c JOIN own ON own.id = c.item_id)
        SELECT item_id, NULL::uuid AS party, NULL AS named, 'quote' AS what, written.gross AS ledger,
               counted.gross AS deeds
        FROM written CROSS JOIN LATERAL (
            SELECT coalesce(sum((line ->> 'net')::bigint), 0) AS net, coalesce(sum((line ->> 'vat')::bigint), 0) AS vat,
                   coalesce(sum((line ->> 'gross')::bigint), 0) AS gross,
                   coalesce(sum((line ->> 'gross')::bigint) FILTER (WHERE line ->> 'payer' = 'addressee'), 0)
                       AS addressee,
                   coalesce(sum((line ->> 'gross')::bigint) FILTER (WHERE line ->> 'payer' = 'agency'), 0)
                       AS agency,
                   coalesce(sum((line ->> 'gross')::bigint) FILTER (WHERE line ->> 'payer' = 'subsidy'), 0)
                       AS subsidy
            FROM jsonb_array_elements(document -> 'lines') line
        ) counted
        WHERE (written.net, written.vat, written.gross, written.addressee, written.agency, written.subsidy)
           <> (counted.net, counted.vat, counted.gross, counted.addressee, counted.agency, counted.subsidy)
        """,
    ),
    proof(
        "charged",
        """
        , written AS (
            SELECT q.item_id, q.net, q.vat, q.due_from_addressee AS addressee, q.due_from_agency AS agency,
                   q.due_from_subsidy AS subsidy
            FROM quotes q WHERE q.frozen_at IS NOT NULL
            UNION ALL
            SELECT c.item_id, c.net, c.vat, c.due_from_addressee, c.due_from_agency, c.due_from_subsidy
            FROM corrections c)
        SELECT item_id, party, NULL AS named, account AS what, sum(ledger) AS ledger, sum(deeds) AS deeds
        FROM (
            SELECT item_id, account, party, amount AS ledger, 0 AS deeds FROM sides
            WHERE kind IN ('charged', 'corrected')
            UNION ALL
            SELECT written.item_id, account, party, 0, amount
            FROM written JOIN own ON own.id = written.item_id CROSS JOIN LATERAL (VALUES
                ('addressee', NULL::uuid, written.addressee), ('agency', own.agency_id, written.agency),
                ('subsidy', NULL, written.subsidy), ('revenue', NULL, -written.net), ('vat', NULL, -written.vat)
            ) AS owed (account, party, amount)
        ) both_ways
        GROUP BY item_id, account, party HAVING sum(ledger) <> sum(deeds)
        """,
    ),
    proof(
        "standing",
        """
        , sums AS (
            SELECT item_id, due_from_addressee AS addressee, due_from_agency AS agency, due_from_subsidy AS subsidy,
                   0 AS paid, 0 AS refund
            FROM quotes WHERE frozen_at IS NOT NULL
            UNION ALL SELECT item_id, due_from_addressee, due_from_agency, due_from_subsidy, 0, 0 FROM corrections
            UNION ALL SELECT item_id, 0, 0, 0, amount, 0 FROM payments WHERE kind = 'postage'
            UNION ALL SELECT item_id, 0, 0, 0, 0, refund FROM claims
            WHERE transfer_id IS NULL AND (state IN ('approved', 'paid') OR kind = 'overpaid')
        ), standing AS (
            SELECT own.id, sum(addressee) AS addressee, sum(agency) AS agency, sum(subsidy) AS subsidy,
                   sum(paid) AS paid, sum(refund) AS refund
            FROM own JOIN sums ON sums.item_id = own.id GROUP BY own.id)
        SELECT standing.id AS item_id, NULL::uuid AS party, NULL AS named, law.what, law.ledger, law.deeds
        FROM standing CROSS JOIN LATERAL (VALUES
            ('addressee', addressee, greatest(addressee, 0)), ('agency', agency, greatest(agency, 0)),
            ('subsidy', subsidy, greatest(subsidy, 0)), ('refunds', refund, least(refund, paid))
        ) AS law (what, ledger, deeds)
        WHERE law.ledger <> law.deeds
        """,
    ),
    proof(
        "collected",
        """
        , taken AS (
            SELECT p.item_id, p.kind, p.amount, p.day, own.agency_id, p.transfer_id,
                   coalesce(p.courier_id, p.office_id) AS taker,
                   CASE WHEN p.courier_id IS NOT NULL THEN 'courier' WHEN p.office_id IS NOT NULL THEN 'till' END
                       AS cash
            FROM payments p JOIN own ON own.id = p.item_id)
        SELECT item_id, party, NULL AS named, book || ' ' || account AS what, sum(ledger) AS ledger, sum(deeds) AS deeds
        FROM (
            SELECT item_id, book, day, account, party, amount AS ledger, 0 AS deeds FROM sides
            WHERE kind = 'collected' OR (kind = 'matched' AND item_id IS NOT NULL)
            UNION ALL
            SELECT item_id, book, day, account, party, 0, signed FROM taken CROSS JOIN LATERAL (VALUES
                (kind, CASE WHEN kind = 'postage' THEN coalesce(cash, 'suspense') ELSE coalesce(cash, 'bank') END,
                 taker, amount),
                (kind, CASE WHEN kind = 'postage' THEN 'addressee' ELSE 'payable' END,
                 CASE WHEN kind = 'agency_fee' THEN agency_id END, -amount),
                ('postage', 'suspense', NULL,
                 CASE WHEN kind = 'agency_fee' AND transfer_id IS NOT NULL THEN amount ELSE 0 END),
                ('postage', 'bank', NULL,
                 CASE WHEN kind = 'agency_fee' AND transfer_id IS NOT NULL THEN -amount ELSE 0 END)
            ) AS posted (book, account, party, signed)
        ) both_ways
        GROUP BY item_id, book, day, account, party HAVING sum(ledger) <> sum(deeds)
        """,
    ),
    proof(
        "handed-over",
        """
        , sums AS (
            SELECT item_id, due_from_addressee AS debt, 0 AS fee, 0 AS fee_back
            FROM quotes WHERE frozen_at IS NOT NULL
            UNION ALL SELECT item_id, due_from_addressee, 0, 0 FROM corrections
            UNION ALL SELECT item_id, -amount, 0, 0 FROM payments WHERE kind = 'postage'
            UNION ALL SELECT item_id, 0, amount, 0 FROM payments WHERE kind = 'agency_fee'
            UNION ALL SELECT item_id, refund, 0, agency_fee FROM claims
            WHERE transfer_id IS NULL AND (state IN ('approved', 'paid') OR kind = 'overpaid')
        ), standing AS (
            SELECT own.id, own.state = 'delivered' AS delivered, own.agency_fee, sum(debt) AS debt, sum(fee) AS fee,
                   sum(fee) - sum(fee_back) AS fee_kept
            FROM own JOIN sums ON sums.item_id = own.id GROUP BY own.id, own.state, own.agency_fee)
        SELECT standing.id AS item_id, NULL::uuid AS party, NULL AS named, law.what, law.ledger, law.deeds
        FROM standing CROSS JOIN LATERAL (VALUES
            ('debt', debt, CASE WHEN delivered THEN 0 ELSE greatest(debt, 0) END),
            ('agency_fee', fee, CASE WHEN delivered THEN greatest(fee, agency_fee) ELSE fee END),
            ('agency_fee', fee_kept, least(fee_kept, agency_fee))
        ) AS law (what, ledger, deeds)
        WHERE law.ledger <> law.deeds
        """,
    ),
    proof(
        "uncollected",
        """
        , debts AS (
            SELECT item_id, due_from_addressee AS debt FROM quotes WHERE frozen_at IS NOT NULL
            UNION ALL SELECT item_id, due_from_addressee FROM corrections
            UNION ALL SELECT item_id, -amount FROM payments WHERE kind = 'postage'
            UNION ALL SELECT item_id, refund FROM claims
            WHERE transfer_id IS NULL AND (state IN ('approved', 'paid') OR kind = 'overpaid'))
        SELECT item_id, NULL::uuid AS party, NULL AS named, 'uncollected' AS what, sum(ledger) AS ledger,
               sum(deeds) AS deeds
        FROM (
            SELECT item_id, amount AS ledger, 0 AS deeds FROM sides WHERE account = 'uncollected'
            UNION ALL
            SELECT own.id, 0, greatest(sum(debts.debt), 0) FROM own JOIN debts ON debts.item_id = own.id
            WHERE own.state IN ('returned', 'lost', 'cancelled') GROUP BY own.id
        ) both_ways
        GROUP BY item_id HAVING sum(ledger) <> sum(deeds)
        """,
    ),
    proof(
        "receipt",
        """
        SELECT p.item_id, NULL::uuid AS party, r.number AS named, p.kind AS what, coalesce(r.gross, 0) AS ledger,
               p.amount AS deeds
        FROM payments p JOIN own ON own.id = p.item_id LEFT JOIN receipts r ON r.payment_id = p.id
        WHERE r.id IS NULL OR r.gross <> p.amount OR r.item_id IS DISTINCT FROM p.item_id
           OR (r.kind = 'receipt') <> (p.kind = 'agency_fee') OR (p.kind = 'agency_fee' AND r.vat <> 0)
           OR r.net < 0 OR r.vat < 0
        """,
    ),
    proof(
        "series",
        """
        , numbered AS (
            SELECT left(number, -8) AS series, right(number, 7)::int AS position
            FROM receipts WHERE number ~ '-[0-9]{7}$')
        SELECT NULL::uuid AS item_id, NULL::uuid AS party, s.name || '-' || lpad(place::text, 7, '0') AS named,
               'missing' AS what, 0 AS ledger, 1 AS deeds
        FROM paper_series s CROSS JOIN generate_series(1, s.following - 1) AS place
        LEFT JOIN numbered ON numbered.series = s.name AND numbered.position = place
        WHERE s.name ~ '^T?(BL|HD)' AND numbered.position IS NULL
        UNION ALL
        SELECT r.item_id, NULL, r.number, 'beyond', 1, 0
        FROM receipts r LEFT JOIN paper_series s ON s.name = left(r.number, -8)
        WHERE s.name IS NULL OR r.number !~ '-[0-9]{7}$' OR right(r.number, 7)::int >= s.following
        """,
    ),
    proof(
        "claim",
        """
        , owed AS (
            SELECT item_id, refund, compensation, agency_fee,
                   CASE WHEN transfer_id IS NULL THEN 'addressee' ELSE 'suspense' END AS since,
                   CASE WHEN state = 'paid' THEN 1 ELSE 0 END AS paid
            FROM claims WHERE world_id = :world AND (state IN ('approved', 'paid') OR kind = 'overpaid'))
        SELECT item_id, NULL::uuid AS party, NULL AS named, what, sum(ledger) AS ledger, sum(deeds) AS deeds
        FROM (
            SELECT item_id, concat_ws(' ', book, CASE WHEN kind = 'claimed' THEN account ELSE kind END) AS what,
                   CASE WHEN account = 'refunds' AND kind = 'claimed' THEN -amount ELSE amount END AS ledger, 0 AS deeds
            FROM sides
            WHERE (kind = 'claimed' OR (kind = 'paid_out' AND account = 'refunds')) AND item_id IS NOT NULL
            UNION ALL
            SELECT item_id, what, 0, amount FROM owed CROSS JOIN LATERAL (VALUES
                ('postage refunds', refund + compensation), ('postage ' || since, refund),
                ('postage compensation', compensation), ('postage paid_out', (refund + compensation) * paid),
                ('agency_fee refunds', agency_fee), ('agency_fee payable', agency_fee),
                ('agency_fee paid_out', agency_fee * paid)
            ) AS parts (what, amount)
            UNION ALL
            SELECT NULL, 'refunds', -amount, 0 FROM sides
            WHERE kind = 'claimed' AND account = 'refunds' AND item_id IS NULL
            UNION ALL
            SELECT NULL, 'refunds', 0, amount FROM bank_transfers WHERE :live AND state = 'refund' AND item_id IS NULL
        ) both_ways
        GROUP BY item_id, what HAVING sum(ledger) <> sum(deeds)
        """,
    ),
)
