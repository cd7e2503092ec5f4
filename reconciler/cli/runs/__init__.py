"""Commands that plan, apply and look back."""
