// The point under the mouse, as "SIDE ROW".
function pointOf(chart) {
  const point = chart?._hoverdata?.[0];
  if (!point || point.customdata === undefined) return null;
  const side = chart.closest('[class*=st-key-map-side-]').className.match(/st-key-(map-side-\w+)/)[1];
  return side + ' ' + [point.customdata].flat()[0];
}
const chartAt = event => event.target.closest?.('[class*=st-key-map-side-] .js-plotly-plot');
