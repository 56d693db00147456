import type { Config } from '../../model/config.ts';
import type { Notice } from '../../model/notice.ts';

/**
 * Refuses a controller.image that is plainly another profile's: left behind when the profile was changed, it would not start with
 * these arguments.
 * @param others names in an image's path that belong to other controllers.
 */
export function refuseForeignImage({ controller }: Config, others: RegExp): readonly Notice[] {
  const { image, profile } = controller;
  if (image === undefined || !others.test(image)) return [];
  return [
    {
      level: 'error',
      code: 'controller-image-foreign',
      message: `controller.image ${image} is another controller's, and profile ${profile} would not run with it.`,
      remedy: "Remove controller.image for the profile's own, or name an image that takes the same arguments.",
      path: ['controller', 'image'],
    },
  ];
}
