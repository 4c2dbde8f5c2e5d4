/** The two logs (design.md section 8). */
export const LOGS = ['disclosure', 'keys'] as const;
export type LogName = (typeof LOGS)[number];
