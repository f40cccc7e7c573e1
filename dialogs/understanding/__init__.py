"""dialogs.understanding"""
