"""What the settings say, compiled into functions of whole columns."""
