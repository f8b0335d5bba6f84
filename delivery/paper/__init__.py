"""Papers that the post office prints: values in, PDF bytes out.

No module here knows the database, the clock or a request: each paper is a
frozen value and a function that draws it, and the same value gives the same
bytes. Texts are Vietnamese first, with English in small type below.

`labels` on the envelope, `lists` in the courier's hand (BD13), `manifests`
signed when custody moves, `proofs` of why an item went back; about money `receipts`,
`statements` and `remittances`. `page` and `summed` hold what several of them share on
the sheet, `words` how they write and check values, `spreadsheets` writes CSV.
This package is the only importer of reportlab.
"""
