"""What lies beside the files that leave, a module each: data dictionary, metadata, list of hashes."""
