"""dialogs.flows"""
