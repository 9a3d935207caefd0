"""What things cost: one module, one command of `lossstudy bench`.

Contenders take turns in one process, so that a busy machine slows all of them alike, and medians
are compared.
"""
