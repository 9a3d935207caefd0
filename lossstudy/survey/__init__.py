"""What a dataset holds: its statistics, and whether it is complete.

`lossstudy.survey.statistics` measures; it needs numpy and pandas and no torch.
"""
