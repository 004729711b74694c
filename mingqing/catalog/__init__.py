"""The definitions in `layers/*.toml` as frozen, typed objects: layers, tables, fields, codes, styles."""
