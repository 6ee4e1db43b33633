"""Every reader on damaged and hostile input: no foreign exception, no hang, bounded memory."""
