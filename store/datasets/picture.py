"""The picture of the price index: a panel for each of the commonest goods, a line a region, intervals as bands."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import vl_convert as vlc

from store.datasets.index import MERGED, SEVERAL, UNSTATED, Cell

PANELS, LINES = 4, 3
FONT = "WenQuanYi Zen Hei, Noto Sans CJK SC, Source Han Sans SC, Microsoft YaHei, PingFang SC, sans-serif"
GOODS = {
    "owner_list": "车主名单", "insurance_list": "车险名单", "new_car_list": "新车名单", "dealer_leads": "经销商线索",
    "registry": "车辆登记", "track": "车辆轨迹", "loan_list": "车贷名单", "lookup": "查询", "lead_system": "获客系统",
    "other_pii": "其他个人信息", UNSTATED: "未写明", MERGED: "合并", "other": "其他",
}  # fmt: skip
REGIONS = {UNSTATED: "未写明 unstated", MERGED: "其余合并 merged", SEVERAL: "多地 several"}
PRACTICE = "演示 / PRACTICE"


def draw_index(folder: Path, cells: Sequence[Cell], *, practice: bool) -> tuple[str, ...]:
    """price_index.svg and price_index.png in `folder`; the names of what was drawn, none without a cell to draw."""
    drawn = _choose(cells)
    if not drawn:
        return ()
    specification = json.dumps(_specify(drawn, practice=practice), ensure_ascii=False)
    drawing = vlc.vegalite_to_svg(specification)
    (folder / "price_index.svg").write_text(drawing, encoding="utf-8")
    (folder / "price_index.png").write_bytes(vlc.svg_to_png(drawing, scale=2))
    return "price_index.svg", "price_index.png"


def _choose(cells: Sequence[Cell]) -> list[Cell]:
    """The cells of the goods, and of the regions of each, that most sellers stand behind."""
    goods = Counter[str]()
    regions: dict[str, Counter[str]] = {}
    for cell in cells:
        goods[cell.goods] += cell.sellers
        regions.setdefault(cell.goods, Counter())[cell.region] += cell.sellers
    shown = [name for name, _ in _most(goods, PANELS)]
    pairs = {(name, region) for name in shown for region, _ in _most(regions[name], LINES)}
    return [cell for cell in cells if (cell.goods, cell.region) in pairs]


def _most(counts: Counter[str], limit: int) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:limit]


def _specify(cells: Sequence[Cell], *, practice: bool) -> dict[str, Any]:
    rows = [
        {
            "month": f"{cell.month_from}-01", "goods": f"{GOODS.get(cell.goods, cell.goods)} {cell.goods}",
            "region": REGIONS.get(cell.region, cell.region), "median": cell.median, "low": cell.low, "high": cell.high,
        }
        for cell in cells
    ]  # fmt: skip
    month = {"field": "month", "type": "temporal", "title": None, "axis": {"format": "%Y-%m", "tickCount": 6}}
    colour = {"field": "region", "type": "nominal", "title": "地区 region", "legend": {"symbolOpacity": 1}}

    def scaled(name: str) -> dict[str, Any]:
        return {
            "field": name,
            "type": "quantitative",
            "scale": {"type": "log", "nice": True},
            "title": "元/条 CNY per record",
        }

    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "title": {
            "text": f"{PRACTICE + '  ' if practice else ''}公开报价指数 Price index of public offers",
            "subtitle": [
                "每条记录报价的中位数(自称,未经核实),按卖家计一次;带状为次序统计量区间(≥95%,5 家时 93.75%)",
                "Median over sellers of the price per record, as claimed; bands: its order-statistic interval",
            ],
            "anchor": "start",
        },
        "data": {"values": rows},
        "facet": {"field": "goods", "type": "nominal", "title": None, "header": {"labelFontSize": 13}},
        "columns": 2,
        "spec": {
            "width": 380,
            "height": 220,
            "layer": [
                {"mark": {"type": "area", "opacity": 0.15},
                 "encoding": {"x": month, "y": scaled("low"), "y2": {"field": "high"}, "color": colour}},
                {"mark": {"type": "rule", "opacity": 0.35},
                 "encoding": {"x": month, "y": scaled("low"), "y2": {"field": "high"}, "color": colour}},
                {"mark": {"type": "line", "point": True},
                 "encoding": {"x": month, "y": scaled("median"), "color": colour}},
            ],
        },
        "config": {"font": FONT, "axis": {"labelFont": FONT, "titleFont": FONT},
                   "title": {"font": FONT, "subtitleFont": FONT, "fontSize": 17}, "header": {"labelFont": FONT},
                   "legend": {"labelFont": FONT, "titleFont": FONT}, "background": "white"},
    }  # fmt: skip
