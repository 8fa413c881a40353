// Stands in until the dialog is there.

export const validate = {}
