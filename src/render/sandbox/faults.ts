import type { FairleadError } from '../../model/error.ts';
import {
  chartMissing,
  engineBroken,
  engineRefused,
  lookupRefused,
  pluginRefused,
  remoteRefused,
  renderTooLarge,
} from '../errors.ts';
import type { EngineFault } from './protocol.ts';

/** Longest text of an engine that is passed on whole: engines repeat where they came by before they say what is wrong. */
const maxMessage = 2_000;
const keptAtStart = 400;

/**
 * What an engine reported, as an error for people.
 * @param resource What was rendered.
 * @param address The first address that was taken for a path, of a kind that the engine does not know as one.
 */
export function faultOf(
  fault: EngineFault,
  resource: string,
  address: string | null = null,
): FairleadError {
  const said = shorten(fault.message);
  const about = fault.about ?? resource;
  switch (fault.kind) {
    case 'remote':
      return remoteRefused({ message: `${resource} refers to ${about}.`, resource: about });
    case 'plugin':
      return pluginRefused({ message: `${resource}: ${said}`, resource });
    case 'remote-chart':
    case 'missing-dependency':
      return chartMissing({ message: `${resource}: ${said}.`, resource: about });
    case 'lookup':
      return lookupRefused({ message: `${resource} looks up ${about}: ${said}`, resource: about });
    case 'too-large':
      return renderTooLarge({ message: `${resource}: ${said}.`, resource });
    case 'input':
      if (address === null || !namesAddress(fault.message, address))
        return engineRefused({ message: `${resource}: ${said}`, resource });
      return remoteRefused({ message: `${resource} refers to ${address}.`, resource: address });
    case 'host':
      return engineRefused({ message: `${resource}: ${said}`, resource });
    case 'panic':
    case 'internal':
    case 'bad-request':
      return engineBroken({ message: `${resource}: ${said}`, resource });
  }
}

/** Whether the address is what the engine stumbled over: it was asked for, and is in what the engine says. */
function namesAddress(message: string, address: string): boolean {
  return message.includes(address) || message.includes(address.replace('//', '/'));
}

function shorten(text: string): string {
  if (text.length <= maxMessage) return text;
  return `${text.slice(0, keptAtStart)} … ${text.slice(keptAtStart - maxMessage)}`;
}
