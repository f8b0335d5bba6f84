"""Tables and the questions asked of them. `work` is the only committer."""
