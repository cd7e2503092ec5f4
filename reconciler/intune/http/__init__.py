"""HTTP to Graph: one session, retries, paging and batches."""
