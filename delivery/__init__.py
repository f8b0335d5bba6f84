"""The trunk: what the post office does with a result between an agency and its addressee."""
