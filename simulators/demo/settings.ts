// Node-RED's settings in the demo.

const settings = {
  flowFile: 'flows.json',
  flowFilePretty: true,
  // Without a secret of its own, Node-RED makes one and warns about it; the demo has nothing to hide.
  credentialSecret: 'demo',
  // The editor of the demo is open to whoever reaches it, so only this machine does.
  uiHost: process.env.HOST ?? '127.0.0.1',
  telemetry: { enabled: false, updateNotification: false },
  editorTheme: { tours: false },
  logging: { console: { level: 'info', metrics: false, audit: false } },
}

// The program that started this Node-RED is gone without having stopped it.
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))

export = settings
