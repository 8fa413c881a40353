// What the checks of NodeIds, endpoint and login say -> keys of the catalog.

export const opcuaWordings: [key: string, pattern: RegExp][] = [
  ['node-id-form', /^(?<text>".*") is no NodeId: write e\.g\. (?<examples>.+)$/],
  ['range-form', /^(?<text>".*"): "(?<range>.*)" is no range: write e\.g\. (?<example>.+)$/],
  ['namespace-index', /^(?<text>".*"): a namespace is a number from 0 to (?<max>\d+)$/],
  ['namespace-uri', /^(?<text>".*"): nsu= wants the URI of a namespace$/],
  ['id-number', /^(?<text>".*"): i= wants a number from 0 to (?<max>\d+)$/],
  ['id-text', /^(?<text>".*"): s= wants a text$/],
  ['id-guid', /^(?<text>".*"): g= wants a GUID$/],
  ['id-bytes', /^(?<text>".*"): b= wants base64$/],
  ['id-length', /^(?<text>".*"): an identifier has at most (?<max>\d+) characters$/],
  ['id-size', /^(?<text>".*"): an identifier has at most (?<max>\d+) bytes$/],
  ['filter-form', /^(?<text>".*") is no deadband: write e\.g\. (?<examples>.+)$/],
  ['locale-form', /^(?<text>".*") is no language: write e\.g\. (?<example>.+)$/],
  ['filter-percent', /^(?<text>\S+) is more than 100%$/],
  ['scale-tag', /^there is no tag (?<name>".*"): a scale is another tag here$/],
  ['endpoint-form', /^must look like (?<example>opc\.tcp:.+)$/],
  ['endpoint-user', /^must not hold a user: there are fields for user name and password$/],
  ['username-missing', /^is missing: a copy or an import of a node has no credentials$/],
  ['certificate-mode', /^a certificate proves nothing without security: choose a security mode$/],
  ['password-mode', /^without security the password may be read on its way: .+$/],
]
