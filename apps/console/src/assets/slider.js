// A slider over the days on which the law changed, beside the date field that works without it; the form's button shows the day.
for (const field of document.querySelectorAll('input[data-days]')) {
  const days = field.dataset.days.split(' ');
  const slider = document.createElement('input');
  const said = document.createElement('output');
  slider.type = 'range';
  slider.min = '0';
  slider.max = String(days.length - 1);
  slider.value = String(
    Math.max(
      0,
      days.findLastIndex((day) => day <= field.value),
    ),
  );
  slider.setAttribute('aria-label', field.dataset.slider);
  const tell = () => {
    slider.setAttribute('aria-valuetext', days[slider.value]);
    said.textContent = days[slider.value];
  };
  tell();
  slider.addEventListener('input', () => {
    tell();
    field.value = days[slider.value];
  });
  const row = document.createElement('div');
  row.append(slider, said);
  field.parentElement.after(row);
}
