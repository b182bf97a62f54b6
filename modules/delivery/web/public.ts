import DeviceNotifications from './DeviceNotifications.vue';

/** Parts of delivery that screens of other modules show. */
export { DeviceNotifications };
