/// The page's element of this selector.
export const find = (selector) => document.querySelector(selector);
/// All of them.
export const findAll = (selector) => [...document.querySelectorAll(selector)];
