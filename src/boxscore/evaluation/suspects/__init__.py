"""Which labels are probably wrong: five kinds of suspects, ranked by what one or several runs say.

After "ObjectLab" (Tkachenko et al. 2023) and "Confident Learning" (Northcutt et al. 2021).
"""
