// <form-row field="port" icon="fa-plug" unit="s"></form-row> in a node's html -> the form row that Node-RED's dialogs expect.
// Layout stands in the html, what kind of input it is in the field. Texts are keys of the node's catalog:
// label.<field>, choice.<field>.<value>, explain.<field>.<value>, hint.<field>, unit.<unit>.
//
// Attributes: icon; unit (stands behind the input); hint (a line below); explain (a line below that goes with the choice);
// placeholder (shown as it is); config (names a configuration node); when (shown only with certain choices, see condition.ts);
// only (the few numbers there are, to choose from); usual (numbers that are offered below the input; others may be typed).

const FORM_ROW = /( *)<form-row\s+([^>]*?)\s*><\/form-row>/g
const ATTRIBUTE = /([\w-]+)(?:="([^"]*)")?/g

/** @returns the html with every form-row replaced; throws when one names no field */
export function fillFormRows(html, fields, prefix) {
  return html.replace(FORM_ROW, (_row, indent, attributes) => {
    const given = Object.fromEntries([...attributes.matchAll(ATTRIBUTE)].map(([, key, value]) => [key, value ?? '']))
    const field = fields[given.field]
    if (!field) throw new Error(`<form-row field="${given.field}">: there is no such field`)
    return formRow(given, field, `${prefix}-${given.field}`)
      .map((line) => indent + line)
      .join('\n')
  })
}

/** Node-RED shows a credential of type `text` again, one of type `password` never. */
export function secretType(name) {
  return /username/i.test(name) ? 'text' : 'password'
}

function formRow({ field: name, icon, unit, hint, explain, placeholder, config, when, only, usual }, field, id) {
  const label = `<i class="fa ${icon}"></i> <span data-i18n="label.${name}"></span>`
  const lines = [`<div class="form-row"${when === undefined ? '' : ` data-when="${when}"`}>`]
  if (field.kind === 'flag') {
    lines.push(`  <label class="collector-flag"><input type="checkbox" id="${id}"> ${label}</label>`)
  } else if (field.kind === 'map') {
    // Without the id of an input: Node-RED would take its value.
    lines.push(`  <label>${label}</label>`, `  <div class="collector-pairs" data-pairs="${name}"></div>`)
  } else {
    lines.push(
      `  <label for="${id}">${label}</label>`,
      `  ${config === undefined ? input(name, field, id, { placeholder, only }) : configInput(id)}`,
    )
  }
  if (unit !== undefined) lines.push(`  <span class="collector-unit" data-i18n="unit.${unit}"></span>`)
  if (usual !== undefined) {
    const offers = usual.split(' ').map((number) => `<button type="button" data-offers="${id}">${number}</button>`)
    lines.push(`  <div class="collector-usual">${offers.join(' ')}</div>`)
  }
  if (hint !== undefined) lines.push(`  <div class="collector-hint" data-i18n="hint.${name}"></div>`)
  if (explain !== undefined) lines.push(`  <div class="collector-hint" data-explains="${id}"></div>`)
  return [...lines, '</div>']
}

// Node-RED replaces it by a select with buttons, of the width that stands here.
function configInput(id) {
  return `<input type="text" id="${id}" style="width: min(420px, 100% - 165px)">`
}

function input(name, field, id, { placeholder, only }) {
  const hint = placeholder === undefined ? '' : ` placeholder="${placeholder}"`
  switch (field.kind) {
    case 'text':
      return `<input type="${field.secret ? secretType(name) : 'text'}" id="${id}"${hint}>`
    case 'number':
      if (only !== undefined) {
        const options = only.split(' ').map((number) => `<option value="${number}">${number}</option>`)
        return `<select class="collector-number" id="${id}">${options.join('')}</select>`
      }
      // a text input: a placeholder like ${PORT} must be possible
      return `<input type="text" inputmode="decimal" class="collector-number" id="${id}"${hint}>`
    case 'choice': {
      const options = field.choices.map((choice) => `<option value="${choice}" data-i18n="choice.${name}.${choice}">`)
      return `<select id="${id}">${options.join('</option>')}</option></select>`
    }
    default:
      throw new Error(`${name}: a ${field.kind} needs an input of its own`)
  }
}
