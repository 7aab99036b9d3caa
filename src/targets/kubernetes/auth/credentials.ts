/** A certificate that shows the server who we are, as PEM text. */
interface ClientCertificate {
  readonly cert: string;
  readonly key: string;
}

/** What a request is sent with, once it is known. */
export interface Credential {
  /** Value of the header `authorization`; `null`: none. */
  readonly authorization: string | null;
  /** Shown when a connection is made; connections that were made with another one are not used any more. */
  readonly certificate: ClientCertificate | null;
}

/** Where credentials come from. Answers from memory while what is there is valid. */
export interface Credentials {
  /** @throws FairleadError `kubernetes.credentials-unreadable`, `kubernetes.credential-plugin-failed` */
  current(): Promise<Credential>;
  /**
   * The server refused `used` (401). Gets new ones where there may be any.
   *
   * @returns whether there are others now, so that it is worth to ask again
   */
  renew(used: Credential): Promise<boolean>;
}

/** Whether two are the same to the server. */
export function sameCredential(left: Credential, right: Credential): boolean {
  return left.authorization === right.authorization && sameCertificate(left, right);
}

/** Whether a connection made with one will do for the other. */
export function sameCertificate(
  left: Pick<Credential, 'certificate'>,
  right: Pick<Credential, 'certificate'>,
): boolean {
  return (
    left.certificate?.cert === right.certificate?.cert &&
    left.certificate?.key === right.certificate?.key
  );
}
