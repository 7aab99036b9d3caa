import { defineError } from '../../../model/error.ts';

export const settingsInvalid = defineError('kubernetes.settings-invalid', {
  class: 'input',
  title: 'The settings of a Kubernetes target are not valid',
  hint: 'Correct spec.kubernetes of the Target; its applications wait until then.',
});

export const kubeconfigMissing = defineError('kubernetes.kubeconfig-missing', {
  class: 'input',
  title: 'There is no kubeconfig',
  hint: 'Name one in spec.kubernetes.kubeconfig of the Target or in KUBECONFIG, or run Fairlead inside the cluster.',
});

export const kubeconfigInvalid = defineError('kubernetes.kubeconfig-invalid', {
  class: 'input',
  title: 'The kubeconfig cannot be used',
  hint: 'Correct it; `kubectl config view` and `kubectl cluster-info` with the same context show whether it works.',
});

export const kubeconfigRefused = defineError('kubernetes.kubeconfig-refused', {
  class: 'denied',
  title: 'The kubeconfig wants what it may not',
  hint: 'Put certificates and tokens into the kubeconfig itself (certificate-authority-data, token), or take spec.kubernetes.untrusted off the Target if an administrator wrote it.',
});

export const credentialsUnreadable = defineError('kubernetes.credentials-unreadable', {
  class: 'transient',
  title: 'A file with credentials cannot be read',
  hint: 'Check that the file that is named exists and that the controller may read it.',
});

export const credentialPluginFailed = defineError('kubernetes.credential-plugin-failed', {
  class: 'transient',
  title: 'The program that gives credentials failed',
  hint: 'Run the command of users[].user.exec in the kubeconfig by hand, as the user that Fairlead runs as.',
});

export const proxyInvalid = defineError('kubernetes.proxy-invalid', {
  class: 'input',
  title: 'The address of a proxy cannot be used',
  hint: 'Write it as http://host:port, https://host:port or socks5://host:port in proxy-url of the kubeconfig or in HTTPS_PROXY.',
});
