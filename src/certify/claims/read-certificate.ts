/** Reads a certificate's file, of a network or of trees. */
import * as z from 'zod';
import { GibbonError } from '../../base/errors.ts';
import { type TreeCertificate, treeCertificateSchema } from '../trees/tree-certificate.ts';
import { type Certificate, certificateSchema } from './certificate.ts';

const either = z.discriminatedUnion('kind', [certificateSchema, treeCertificateSchema]);

/** @throws GibbonError E_DATA_UNREADABLE for what is no certificate */
export function readCertificate(text: string, name: string): Certificate | TreeCertificate {
  try {
    return either.parse(JSON.parse(text));
  } catch (cause) {
    throw new GibbonError(
      'E_DATA_UNREADABLE',
      `${name} is no certificate: ${cause instanceof Error ? cause.message.slice(0, 200) : cause}`,
      {
        hint: 'Certificates are written by `gibbon certify --certificates`.',
        cause,
      },
    );
  }
}
