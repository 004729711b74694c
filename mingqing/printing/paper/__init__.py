"""Paper: pages painted in millimetres, blocks that go on overleaf, tables, forms, lines of type and QR codes.

It knows nothing of what is printed: `page` is a sheet, `flow` lays blocks on sheets, `table` and `form` are blocks.
"""
