"""A declarative GitOps reconciler for IT assets."""

__version__ = "0.1.0"
