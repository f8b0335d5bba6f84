"""Questions that use cases, pages and jobs ask of the tables; each has an index that answers it."""
