"""The provider's wire protocol in front of a simulated market."""
