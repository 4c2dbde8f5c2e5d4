import core from '@stoplight/spectral-core';
import type { RulesetDefinition } from '@stoplight/spectral-core';
import functions from '@stoplight/spectral-functions';
import rulesets from '@stoplight/spectral-rulesets';
import * as own from './profile-functions.js';

const { falsy, pattern, schema, truthy } = functions;
const OPERATIONS = '$.paths[*][get,put,post,delete,patch]';
const ANSWERS = `${OPERATIONS}.responses`;
const QUERIES = `${OPERATIONS}.parameters[?(@.in=='query')]`;

type Rule = Extract<RulesetDefinition, { readonly rules: unknown }>['rules'][string];
type Then = object | readonly object[];
/** @param description of what is demanded @param given where */
const must = (description: string, given: string | readonly string[], then: Then, severity = 'error'): Rule =>
  ({ description, message: '{{description}}: {{error}}', severity, given, then }) as Rule;
const should = (description: string, given: string, then: Then): Rule => must(description, given, then, 'warn');
const matching = (match: string): object => ({ function: pattern, functionOptions: { match } });
const there = (...fields: readonly string[]): readonly object[] => fields.map((field) => ({ field, function: truthy }));
const like = (of: object): object => ({ function: schema, functionOptions: { schema: of } });

/**
 * Digg's REST API profile as rules that can be run; ids are those of its guidelines.
 * @see https://www.dataportal.se/rest-api-profil
 */
export const profile: RulesetDefinition = {
  extends: [[rulesets.oas as RulesetDefinition, 'recommended']],
  rules: {
    // It reads patterns without the flag that JSON Schema asks for (`u`), and so refuses what they take. A spec of the gateway holds each example against its schema.
    'oas3-valid-media-example': 'off',
    'UFN.01': must('Paths carry the major version', '$.paths', { function: own.pathsHaveVersion }),
    'RES.02': must('No person stands in a URL', '$.paths', { function: own.noPersonsInUrls }),
    'RES.06': must('Paths are lower case, with hyphens between words', '$.paths', { function: own.pathsAreLowerCase }),
    'AME.05': must('Members are in camel case', '$..properties', { function: own.membersAreCamelCase }),
    'FNS.03': must('Queries are in camel case', `${QUERIES}.name`, matching(own.CAMEL.source)),
    'FNS.05': should('Queries may be left out', `${QUERIES}.required`, like({ const: false })),
    'FNS.07': must('Lists have pages of a bounded size', OPERATIONS, { function: own.pagingIsBounded }),
    'FOR.02': must('GET has no body', '$.paths[*].get', { field: 'requestBody', function: falsy }),
    'DOT.01': must('Instants are RFC 3339', '$..properties', { function: own.instantsAreInstants }),
    'FEL.01': must('Refusals are problem details', ANSWERS, { function: own.refusalsAreProblems }),
    'FEL.02': must('Problem details are whole', `${ANSWERS}[*].content['application/problem+json']`, {
      function: own.problemsAreWhole,
    }),
    'ARP.02': must('Statuses are those of the profile', ANSWERS, { function: own.statusesAreKnown }),
    'ARQ.02': must('Refusals say how to go on', ANSWERS, { function: own.refusalsSayWhen }),
    'SAK.01': must('HTTPS alone', '$.servers[*].url', matching('^https://')),
    'SAK.10': must(
      'Neither Basic, nor Digest, nor keys in URLs',
      '$.components.securitySchemes[*]',
      like({
        anyOf: [
          { properties: { type: { enum: ['oauth2', 'openIdConnect'] } } },
          // The session of somebody who logged in by OpenID Connect.
          { properties: { type: { const: 'apiKey' }, in: { const: 'cookie' } } },
        ],
      }),
    ),
    'SAK.15': must('Operations ask for authorisation', '$.paths', { function: own.secured }),
    'DOK.03': must(
      'Whom to turn to, on which terms',
      '$.info',
      there('contact.name', 'contact.url', 'contact.email', 'license.name', 'license.url', 'termsOfService'),
    ),
    'DOK.06': must('In Swedish and in English', ['$.info', OPERATIONS, '$.tags[*]'], { function: own.inBothLanguages }),
    'DOK.11': must('Limits are told', '$.info.description', matching('begränsning')),
    'DOK.15': must(
      'Every request and answer has an example',
      [`${OPERATIONS}.requestBody.content`, `${ANSWERS}[*].content`],
      { function: own.bodiesHaveExamples },
    ),
    'DOK.17': must('OpenAPI 3.1', '$.openapi', matching('^3\\.1\\.')),
    'DOK.19': must('Operations are described', OPERATIONS, there('summary', 'description', 'operationId')),
    'DOK.20': must('Answers are described', `${ANSWERS}[*]`, there('description')),
    'VER.06': must('GET /api-info tells what the API is', '$.paths', { function: own.apiInfo }),
  },
};

/** AsyncAPI 3 by its published schema, and what Spectral asks of it beside. */
export const asyncApi: RulesetDefinition = {
  extends: [[rulesets.asyncapi as RulesetDefinition, 'recommended']],
  // 3.0 is what the tools of our users read.
  rules: { 'asyncapi-latest-version': 'off' },
};

/** A finding as people read it. */
export interface Finding {
  readonly rule: string;
  readonly isError: boolean;
  readonly text: string;
}
/** @param document parsed */
export const findingsOf = async (document: object, ruleset: RulesetDefinition): Promise<readonly Finding[]> => {
  const spectral = new core.Spectral();
  spectral.setRuleset(ruleset);
  const results = await spectral.run(structuredClone(document) as Record<string, unknown>);
  return results.map(({ code, severity, message, path }) => ({
    rule: String(code),
    isError: Number(severity) === 0,
    text: `${path.join(' ')}: ${message}`,
  }));
};
