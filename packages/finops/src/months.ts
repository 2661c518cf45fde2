export { firstDayOf, monthOf } from '@prorata/platform';
