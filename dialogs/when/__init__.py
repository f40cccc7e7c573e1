"""dialogs.when"""
