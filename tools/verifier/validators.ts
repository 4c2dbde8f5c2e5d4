import { Ajv2020, _ } from 'ajv/dist/2020.js';
import type { Options } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import standaloneCode from 'ajv/dist/standalone/index.js';
import type { Plugin } from 'esbuild';
import { messageTypes } from '#legal-basis';
import { ruleSetSchema } from '../../libs/legal-basis/src/rule-set-schema.js';

/** As `libs/legal-basis` makes its two. */
const OF_CONTENT: Options = { allErrors: true, strict: true, strictRequired: false, validateFormats: true };
const OF_RULE_SETS: Options = { strict: true, allowUnionTypes: true };
const OWN_FORMATS = ['personal-identity-number', 'organisation-number'];
const RULE_SET = 'rule-set';

type Standalone = (ajv: Ajv2020, names: Readonly<Record<string, string>>) => string;
const standalone = standaloneCode as unknown as Standalone & { readonly default?: Standalone };
const plugin = addFormats as unknown as { readonly default?: typeof addFormats.default };

/** The source of a module whose exports are validators, `v0` and on; `ids` in their order. */
function sourceOf(options: Options, schemas: Readonly<Record<string, object>>): string {
  const ajv = new Ajv2020({ ...options, code: { source: true, esm: true, formats: _`formats` } });
  (plugin.default ?? addFormats.default)(ajv);
  ajv.addVocabulary(['x-item']);
  for (const name of OWN_FORMATS) ajv.addFormat(name, true);
  for (const [id, schema] of Object.entries(schemas)) ajv.addSchema(schema, id);
  const names = Object.fromEntries(Object.keys(schemas).map((id, at) => [`v${at}`, id]));
  return [
    "import { fullFormats } from 'ajv-formats/dist/formats.js';",
    "import { isOrganisationNumber, isPersonalIdentityNumber } from './dist/libs/legal-basis/src/identity-numbers.js';",
    "const formats = { ...fullFormats, 'organisation-number': isOrganisationNumber, 'personal-identity-number': isPersonalIdentityNumber };",
    (standalone.default ?? standalone)(ajv, names),
    `export const byId = { ${Object.keys(schemas)
      .map((id, at) => `${JSON.stringify(id)}: v${at}`)
      .join(', ')} };`,
  ].join('\n');
}

const contents: Readonly<Record<string, () => string>> = {
  'ajv-formats': () => 'const none = () => undefined; none.default = none; export default none;',
  'validators-of-content': () =>
    sourceOf(OF_CONTENT, Object.fromEntries(messageTypes.map(({ schema }) => [schema.$id, schema]))),
  'validators-of-rule-sets': () => sourceOf(OF_RULE_SETS, { [RULE_SET]: ruleSetSchema }),
  'ajv/dist/2020.js': () => `
    import { byId as ofContent } from 'validators-of-content';
    import { byId as ofRuleSets } from 'validators-of-rule-sets';
    export class Ajv2020 {
      addVocabulary() {}
      addFormat() {}
      compile(schema) {
        const validator = ofContent[schema.$id] ?? ofRuleSets['${RULE_SET}'];
        if (validator === undefined) throw new Error('a schema that is not of this build');
        return validator;
      }
    }`,
};

/**
 * Validators of JSON Schema, compiled when the bundle is built: ajv makes functions of text, which no content policy worth its name lets a page do.
 */
export const compiledValidators = (root: string): Plugin => ({
  name: 'compiled-validators',
  setup: (bundler) => {
    const names = Object.keys(contents).map((name) => name.replaceAll(/[./]/g, '\\$&'));
    const filter = new RegExp(`^(?:${names.join('|')})$`);
    bundler.onResolve({ filter }, ({ path }) => ({ path, namespace: 'validators' }));
    bundler.onLoad({ filter: /.*/, namespace: 'validators' }, ({ path }) => ({
      contents: contents[path]?.() ?? '',
      resolveDir: root,
      loader: 'js',
    }));
  },
});
