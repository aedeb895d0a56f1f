export { Money } from './money.ts';
