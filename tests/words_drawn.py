"""Words in a figure: which are drawn, and that they neither overlap nor leave the sheet."""

from matplotlib.backends.backend_agg import FigureCanvasAgg


def shown(figure):
    """Yield every text that is drawn; tick labels outside the view are not."""
    yield from figure.texts
    yield from (text for legend in figure.legends for text in legend.get_texts())
    for axes in figure.axes:
        yield from (axes.title, *axes.texts)
        for axis in (axes.xaxis, axes.yaxis):
            yield axis.label
            low, high = axis.get_view_interval()
            for tick in axis.get_major_ticks():
                if low <= tick.get_loc() <= high and tick.label1.get_visible():
                    yield tick.label1


def check_words(figure):
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    boxes = [
        (text.get_text(), text.get_window_extent(renderer))
        for text in shown(figure)
        if text.get_text() and text.get_visible()
    ]
    assert boxes
    width, height = figure.bbox.size
    for words, box in boxes:
        assert min(box.x0, box.y0, width - box.x1, height - box.y1) >= 0, words
    for k, (words, box) in enumerate(boxes):
        for others, other in boxes[k + 1 :]:
            assert not box.padded(-0.5).overlaps(other), (words, others)
