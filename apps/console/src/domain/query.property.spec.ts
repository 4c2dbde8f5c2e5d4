import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FILTERS, FILTER_NAMES, QueryError, closedFilters, parseQuery, queryString, tsqueryOf } from './query.js';
import type { Filter, Query } from './query.js';

const valueOf = (name: Filter): fc.Arbitrary<string> =>
  fc.stringMatching(FILTERS[name].value).filter((one) => one !== '');
const date = fc
  .date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
  .map((at) => at.toISOString().slice(0, 10));
const anyQuery: fc.Arbitrary<Query> = fc
  .record(
    {
      from: date,
      until: date,
      overdue: fc.constant(true as const),
      filters: fc.record(
        Object.fromEntries(
          FILTER_NAMES.map((name) => [name, fc.uniqueArray(valueOf(name), { minLength: 1, maxLength: 3 })]),
        ),
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: ['filters'] },
  )
  .map(({ filters, from, until, ...rest }) => ({
    ...rest,
    ...(from === undefined ? {} : { from: until !== undefined && until < from ? until : from }),
    ...(until === undefined ? {} : { until: from !== undefined && until < from ? from : until }),
    filters: Object.fromEntries(Object.entries(filters).map(([name, values]) => [name, values?.toSorted()])),
  }));

it('a question is the same after it has stood in an address', () => {
  fc.assert(
    fc.property(anyQuery, (query) => {
      const text = queryString(query);
      expect(parseQuery(new URLSearchParams(text))).toEqual(query);
      expect(queryString(parseQuery(new URLSearchParams(text)))).toBe(text);
    }),
  );
});

it('a question has one spelling, however its parameters are ordered or repeated', () => {
  fc.assert(
    fc.property(anyQuery, (query) => {
      const parameters = [...new URLSearchParams(queryString(query))];
      const other = new URLSearchParams([...parameters].reverse());
      for (const [name, value] of parameters) if (name !== 'from' && name !== 'until') other.append(name, value);
      expect(queryString(parseQuery(other))).toBe(queryString(query));
    }),
  );
});

it('what is asked of the index holds nothing but quoted terms', () => {
  fc.assert(
    fc.property(anyQuery, (query) => {
      const rest = tsqueryOf(query).replaceAll(/'[^'\\]*'/g, 'x');
      expect(rest).toMatch(/^(\(x( \| x)*\)( & \(x( \| x)*\))*)?$/);
    }),
  );
});

it('what is none of its filter’s values is refused by its name', () => {
  for (const [text, filter] of [
    [`sender=x'`, 'sender'],
    ['sender=linkoping', 'sender'],
    ['outcome=maybe', 'outcome'],
    [`ground=a'|'b`, 'ground'],
    ['case=1', 'case'],
    ['index=-1', 'index'],
    ['from=2026-02-30', 'from'],
    ['from=2026-01-01&from=2026-01-02', 'from'],
    ['overdue=1', 'overdue'],
    [Array.from({ length: 51 }, (_, at) => `index=${at}`).join('&'), 'index'],
  ] as const)
    expect(() => parseQuery(new URLSearchParams(text))).toThrow(new QueryError(filter));
});

it('what an assignment does not open is no filter of its', () => {
  fc.assert(
    fc.property(anyQuery, (query) => {
      const closed = closedFilters(query, ['parties']);
      for (const name of FILTER_NAMES)
        expect(closed.includes(name)).toBe(query.filters[name] !== undefined && FILTERS[name].field !== 'parties');
      expect(closed.includes('overdue')).toBe(query.overdue === true);
      expect(closedFilters(query, ['parties', 'ground', 'facts', 'assessments', 'receipts', 'case'])).toEqual([]);
    }),
  );
});

it('a period that ends before it begins is refused, and one of a day is not', () => {
  const asked = (from: string, until: string) => () => parseQuery(new URLSearchParams({ from, until }));
  const refused = () => {
    try {
      return asked('2026-03-02', '2026-03-01')();
    } catch (error) {
      return error;
    }
  };
  expect(refused()).toMatchObject({ name: 'QueryError', filter: 'until', code: 'PERIOD_REVERSED' });
  expect(asked('2026-03-01', '2026-03-01')()).toEqual({ from: '2026-03-01', until: '2026-03-01', filters: {} });
});
