/** PGD against the closed form on 140 random linear models of two to ten classes; `npm test` has 50 of them. */
import { it } from 'vitest';
import { NORMS } from '../../src/threat/ball.ts';
import { expectClosedForm } from '../support/linear.ts';

it.each(NORMS)('pgd, %s', (norm) => expectClosedForm(norm, 60, 140));
