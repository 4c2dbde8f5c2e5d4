/**
 * The versions that law-versions.ts does not carry through, transcribed from law.md 1.3 and 1.4 and not from the rules: basis, first day,
 * day after the last, the act that gave the wording, force, clock, who takes the initiative, what an officer answers besides
 * the purpose, and whether law.md has the wording from the first day (`read`) or not (`unread`: the first days are an open question).
 * That each carries a disclosure is for the scenario files.
 */
const TABLE = `
OSL-12-2      2009-06-30 on         2009:400  permission none   own+request SAMTYCKE                              unread
OSL-10-2      2009-06-30 on         2009:400  permission none   own         NODVANDIGT                            unread
OSL-10-2a     2023-07-01 on         2023:335  permission none   own         EJ_OLAMPLIGT                          read
OSL-10-16     2009-06-30 on         2009:400  permission none   own+request FORUTSATTNINGAR+BEHOV                 unread
OSL-10-17     2009-06-30 on         2009:400  permission none   own+request FORUTSATTNINGAR+BEHOV                 unread
OSL-10-18     2009-06-30 on         2009:400  permission none   own+request FORUTSATTNINGAR+BEHOV                 unread
OSL-10-18a    2013-01-01 2025-04-01 2020:575  permission none   own+request FORUTSATTNINGAR+EJ_OLAMPLIGT          unread
OSL-10-18a    2025-04-01 on         2025:179  permission none   own+request FORUTSATTNINGAR+EJ_OLAMPLIGT          read
OSL-10-18b    2025-04-01 on         2025:179  permission none   own+request FORUTSATTNINGAR                       read
OSL-10-18c    2025-04-01 on         2025:179  permission none   own+request FORUTSATTNINGAR+EJ_OLAMPLIGT          read
OSL-10-19     2023-01-01 on         2022:916  permission none   own+request FORUTSATTNINGAR                       unread
OSL-10-20     2014-08-01 on         2014:633  permission none   own+request FORUTSATTNINGAR                       unread
OSL-10-21     2023-01-01 2025-04-01 2022:916  permission none   own+request MISSTANKE                             unread
OSL-10-21     2025-04-01 2025-12-01 2025:179  permission none   own+request MISSTANKE                             unread
OSL-10-21     2025-12-01 on         2025:965  permission none   own+request MISSTANKE                             read
OSL-10-22     2018-01-01 on         2017:1076 permission none   own+request MISSTANKE                             unread
OSL-26-9      2025-07-01 on         2025:436  permission none   own+request FORUTSATTNINGAR+NODVANDIGT            unread
OSL-26-9a     2025-07-01 on         2025:436  permission none   own+request FORUTSATTNINGAR+EJ_OLAMPLIGT          unread
OSL-26-9c     2025-07-01 on         2025:436  permission none   own+request FORUTSATTNINGAR                       unread
OSL-26-9e     2025-04-01 on         2025:179  permission none   own+request FORUTSATTNINGAR                       read
OSL-35-10c    2022-07-01 on         2022:678  permission none   own+request FORUTSATTNINGAR+FORETRADE             unread
OSL-35-10e    2025-03-01 on         2025:32   permission none   own+request BEHOV+FORETRADE                       read
OSL-6-5       2009-06-30 on         2009:400  duty       none   request     FORUTSATTNINGAR                       unread
LUV-2024-307-4 2024-07-01 on        2024:307  duty       none   own+request FORUTSATTNINGAR+BEHOV+EJ_OVERVAGANDE  read
LBM-2025-170-4 2025-04-01 on        2025:170  duty       none   request     BEHOV+EJ_SYNNERLIGA                   read
LBM-2025-170-5 2025-04-01 on        2025:170  duty       none   own+request BEHOV+EJ_STAR_KLART                   read
SOL-15-7      2025-07-01 on         2025:400  duty       none   request     FORUTSATTNINGAR                       read
SOL-15-10     2025-07-01 on         2025:400  duty       none   own+request FORUTSATTNINGAR+ANLEDNING             read
SOL-15-11     2025-07-01 on         2025:400  duty       none   own+request FORUTSATTNINGAR+ANLEDNING             read
SOL-15-12     2025-07-01 2025-12-01 2025:400  duty       none   own+request FORUTSATTNINGAR+ANLEDNING             read
SOL-15-12     2025-12-01 on         2025:942  duty       none   own+request FORUTSATTNINGAR+ANLEDNING             read
SOL-19-1      2025-07-01 2026-01-15 2025:400  duty       genast own         MISSTANKE+FORUTSATTNINGAR             read
SOL-19-1      2026-01-15 on         2025:1501 duty       genast own         MISSTANKE+FORUTSATTNINGAR             read
SOL-27-7      2026-01-01 on         2025:1299 duty       none   own         ANLEDNING                             read
LSS-15-8      1994-01-01 on         1993:387  duty       none   own         FORUTSATTNINGAR                       unread
LSS-15-9      1994-01-01 on         1993:387  duty       none   own         FORUTSATTNINGAR                       unread
LSS-15-11     2022-01-01 2026-01-01 2021:877  duty       none   own         ANLEDNING                             unread
LSS-15-11     2026-01-01 on         2025:1298 duty       none   own         ANLEDNING                             read
SFB-110-31    2013-01-01 2025-12-01 2012:935  duty       none   request     FORUTSATTNINGAR                       unread
SFB-110-31    2025-12-01 on         2025:937  duty       none   request     FORUTSATTNINGAR+EJ_SYNNERLIGA         read
SFB-110-31b   2025-12-01 on         2025:937  duty       none   request     FORUTSATTNINGAR+ANLEDNING             read
SFB-110-34a   2013-01-01 on         2012:935  duty       none   request     FORUTSATTNINGAR                       unread
BBL-6         2020-01-01 on         2019:652  duty       none   own         MISSTANKE                             read
FOL-32c       2022-01-01 on         2021:375  duty       none   own         ANLEDNING+EJ_SARSKILDA                unread
UTLL-17-1     2006-03-31 on         2005:716  duty       none   request     FORUTSATTNINGAR                       unread
ALK-9-8       2015-01-01 on         2014:770  duty       none   own+request FORUTSATTNINGAR                       unread
ALK-8-11      2015-01-01 on         2014:770  duty       none   request     FORUTSATTNINGAR                       unread
TOB-7-20      2019-07-01 on         2018:2088 duty       none   own         FORUTSATTNINGAR                       unread
MB-26-2       1999-01-01 on         1998:808  duty       none   own         MISSTANKE                             unread
SKOL-6a-10    2025-07-01 on         2025:625  duty       none   own         MISSTANKE+EJ_OVERVAGANDE              read
LUST-2025-1268 2026-01-01 on        2025:1268 duty       none   own         FORUTSATTNINGAR+ANLEDNING+EJ_SARSKILDA read
SUBV-2025-1267-13 2026-01-01 on     2025:1267 duty       none   own         FORUTSATTNINGAR+MISSTANKE             read
UM-2023-456   2024-01-01 on         2023:456  duty       none   own+request FORUTSATTNINGAR                       read
UM-2023-455-3 2024-01-01 on         2023:455  duty       none   own         ANLEDNING                             read
`;
export interface FurtherVersion {
  readonly basis: string;
  readonly from: string;
  readonly until?: string;
  /** The row, with single spaces. */
  readonly stated: string;
}
export const furtherVersions: readonly FurtherVersion[] = TABLE.trim()
  .split('\n')
  .map((row) => {
    const cells = row.split(/ +/);
    const [basis = '', from = '', until = 'on'] = cells;
    return { basis, from, ...(until === 'on' ? {} : { until }), stated: cells.join(' ') };
  });
