"""Matches into numbers: AP, counts, curves, reasons; nothing here touches a file."""
