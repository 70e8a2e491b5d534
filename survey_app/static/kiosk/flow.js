/** The way through a questionnaire: which questions are asked of somebody who gave these answers. */

/** True if a question is asked (survey_app/domain/answers.py: asked). */
export function asked(item, answers) {
  if (!item.ask_if) return true;
  const given = answers.get(item.ask_if.item);
  return (Array.isArray(given) ? given : [given]).some((value) => item.ask_if.any_of.includes(value));
}

/** Questions in their order; one behind a filter that is not met is left out, and so is what hangs on it. */
export function questions(instrument, answers) {
  const counted = new Map();
  const found = [];
  for (const item of instrument.items) {
    if (!asked(item, counted)) continue;
    found.push(item);
    if (answers.has(item.id)) counted.set(item.id, answers.get(item.id));
  }
  return found;
}

/** Answers that are sent: those to questions that were to be asked, by id. */
export function counted(instrument, answers) {
  const wanted = questions(instrument, answers).filter((item) => answers.has(item.id));
  return Object.fromEntries(wanted.map((item) => [item.id, answers.get(item.id)]));
}

/** Value, key of the text and 'stands apart' of each answer to choose from, in the fixed order. */
export function choices(instrument, item) {
  if (!item.scale) return item.options.map((code) => ({ value: code, text: `option.${item.id}.${code}` }));
  const scale = instrument.scales[item.scale];
  const found = scale.levels.map((level, place) => ({
    value: level,
    text: `scale.${item.scale}.${level}`,
    face: scale.levels.length === 5 ? place + 1 : 0,
  }));
  if (scale.not_applicable == null) return found;
  return [...found, { value: scale.not_applicable, text: `scale.${item.scale}.not_applicable`, apart: true }];
}

/** What kind of screen a question is. */
export function shape(item) {
  if (item.kind === "comment") return "text";
  if (item.scale) return "grades";
  return item.choose > 1 ? "several" : "one";
}

/** Text of the questionnaire in a language, else in its default language; says which it is. */
export function text(instrument, name, language) {
  for (const code of [language, instrument.default_language]) {
    const found = instrument.words[code]?.[name];
    if (found) return { text: found, language: code };
  }
  return null;
}
