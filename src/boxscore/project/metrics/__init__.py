"""Quality metrics of a project: computed, stored, told."""
