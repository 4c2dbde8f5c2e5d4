export * from './disclosure-check.dto.js';
export * from './disclosure-check-view.dto.js';
export * from './give-receipt.dto.js';
export * from './queries.dto.js';
export * from './referral-view.dto.js';
export * from './rules.js';
export * from './submit-referral.dto.js';
export * from './token.dto.js';
