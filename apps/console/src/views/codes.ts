import { ruleSets, textCatalogue } from '#legal-basis';
import type { Lang } from './words.js';

