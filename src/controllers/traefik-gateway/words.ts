import type { ControllerWords } from '../../model/controller-profile.ts';
import { gatewayWords } from '../gateway/gateway-words.ts';
import { traefikWords } from '../traefik/words.ts';

export const words: ControllerWords = { ...traefikWords, ...gatewayWords };
