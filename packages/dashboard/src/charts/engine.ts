// The parts of ECharts that the pages draw with, and no others: the chunk is loaded after the page is readable.
import { BarChart, CandlestickChart, TreemapChart } from 'echarts/charts';
import { GridComponent, MarkAreaComponent, TooltipComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { AxisBreak } from 'echarts/features';
import { SVGRenderer } from 'echarts/renderers';

use([
  BarChart,
  CandlestickChart,
  TreemapChart,
  GridComponent,
  MarkAreaComponent,
  TooltipComponent,
  AxisBreak,
  SVGRenderer,
]);

export { init };
