import { byConditions } from '../by-conditions.ts';
import { kinds } from '../rule.ts';

/** https://external-secrets.io/latest/api/externalsecret/ */
export const externalSecrets = [
  ...kinds(
    'external-secrets.io',
    [
      'ExternalSecret',
      'ClusterExternalSecret',
      'SecretStore',
      'ClusterSecretStore',
      'PushSecret',
      'ClusterPushSecret',
    ],
    byConditions({ ready: ['Ready'] }),
  ),
  ...kinds('bitnami.com', ['SealedSecret'], byConditions({ ready: ['Synced'] })),
  ...kinds(
    'secrets.hashicorp.com',
    ['VaultStaticSecret', 'VaultDynamicSecret', 'VaultPKISecret', 'VaultAuth', 'VaultConnection'],
    byConditions({
      ready: [],
      readyIfThere: ['Ready', 'Healthy', 'SecretSynced'],
    }),
  ),
  ...kinds('onepassword.com', ['OnePasswordItem'], byConditions({ ready: ['Ready'] })),
];
