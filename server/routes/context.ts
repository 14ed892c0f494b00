import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FilesReply } from '../../shared/protocol.ts';
import type { FileList } from '../files/fileList.ts';
import type { FollowedPaths } from '../files/followedPaths.ts';
import type { OpenFile } from '../files/openFile.ts';
import type { Admission } from '../security/admission.ts';
import type { OneTimeSecrets, Secret } from '../security/secrets.ts';
import { notFound } from './reply.ts';

/** What a ticket stands for: answers the one request that brings it (or a HEAD before that). */
export type Ticket = (req: IncomingMessage, res: ServerResponse) => Promise<void>;

/** What routes work on; made once at start. */
export interface Context {
  readonly files: FileList;
  readonly followed: FollowedPaths;
  readonly token: Secret;
  /** The token itself, for the one reply that hands it out. */
  readonly tokenText: string;
  readonly codes: OneTimeSecrets<true>;
  readonly tickets: OneTimeSecrets<Ticket>;
  readonly admission: Admission;
  /** Functions that end long-lived replies when the server stops. */
  readonly closers: Set<() => void>;
  /** Name of this process. */
  readonly run: string;
  readonly start: FilesReply['start'];
  readonly version: string;
}

/** The file with this id; throws 404. */
export function fileById(context: Context, id: string): OpenFile {
  const file = context.files.byId(id);
  if (!file) throw notFound('there is no such file');
  return file;
}
