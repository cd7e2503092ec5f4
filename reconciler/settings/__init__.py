"""What people declare: the pydantic models of the settings language, and nothing that reads or writes."""
