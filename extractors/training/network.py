"""The network in PyTorch: a BERT encoder with heads for spans, entities, relations and results.

Spans are scored by a biaffine form (Yu et al. 2020, "Named Entity Recognition as Dependency Parsing"); entities are
mentions pooled over the document and relations are scored between all of them (Eberts and Ulges 2021, JEREX), each
pair reading the text by an attention of its own (after Zhou et al. 2021, ATLOP).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn

from extractors.features import SHAPE_SIZES
from extractors.geometry import PAIR_SIZES
from extractors.labels import ENTITY_TYPES, RELATION_TYPES
from extractors.numbers import FORMS, KINDS, UNITS

TYPES = len(ENTITY_TYPES)
OUTCOME_COUNT = 4
ROLE_COUNT = 4


@dataclass(frozen=True)
class Sizes:
    """Widths of the network; written beside the weights."""

    layers: int = 6
    width: int = 384
    heads: int = 12
    inner: int = 1536
    vocabulary: int = 30522
    positions: int = 512
    span: int = 128
    max_span: int = 12
    entity: int = 256
    pair: int = 256
    attention: int = 4

    def as_dict(self) -> dict[str, int]:
        """The sizes as a mapping."""
        return asdict(self)


def mlp(inside: int, hidden: int, outside: int, dropout: float = 0.1) -> nn.Sequential:
    """Two linear layers with a GELU between."""
    return nn.Sequential(
        nn.Linear(inside, hidden), nn.GELU(), nn.Dropout(dropout), nn.Linear(hidden, outside)
    )


class Layer(nn.TransformerEncoderLayer):
    """PyTorch's layer with a forward pass that exports for texts of any length.

    Attention weights and the inner layer have no dropout: on a CPU most of a step would go into random numbers for
    them, and attention lose its fast kernel.
    """

    def __init__(self, sizes: Sizes, dropout: float) -> None:
        super().__init__(
            sizes.width, sizes.heads, sizes.inner, dropout, "gelu", layer_norm_eps=1e-12, batch_first=True
        )
        self.heads = sizes.heads

    def forward(self, x: Tensor, allowed: Tensor | None) -> Tensor:
        """Hidden states (batch, pieces, width), True where attention may go (batch, 1, 1, pieces)."""
        attention = self.self_attn
        batch, pieces, width = x.shape
        qkv = nn.functional.linear(x, attention.in_proj_weight, attention.in_proj_bias)
        query, key, value = qkv.view(batch, pieces, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        read = nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=allowed)
        read = attention.out_proj(read.transpose(1, 2).reshape(batch, pieces, width))
        x = self.norm1(x + self.dropout1(read))
        return self.norm2(x + self.dropout2(self.linear2(nn.functional.gelu(self.linear1(x)))))


class Encoder(nn.Module):
    """BERT, with the shape of words added to its embeddings."""

    def __init__(self, sizes: Sizes, dropout: float = 0.1) -> None:
        super().__init__()
        self.words = nn.Embedding(sizes.vocabulary, sizes.width)
        self.positions = nn.Embedding(sizes.positions, sizes.width)
        self.shapes = nn.ModuleList(nn.Embedding(n, sizes.width) for n in SHAPE_SIZES)
        for table in self.shapes:
            nn.init.zeros_(table.weight)
        self.norm = nn.LayerNorm(sizes.width, eps=1e-12)
        self.dropout = nn.Dropout(dropout)
        self.layers = nn.ModuleList(Layer(sizes, dropout) for _ in range(sizes.layers))

    def forward(self, ids: Tensor, shape: Tensor, padding: Tensor | None = None) -> Tensor:
        """Piece ids (batch, pieces), shapes (batch, pieces, 5), True where padded -> (batch, pieces, width)."""
        place = torch.arange(ids.shape[1], device=ids.device)
        x = self.words(ids) + self.positions(place)[None]
        for k, table in enumerate(self.shapes):
            x = x + table(shape[:, :, k])
        x = self.dropout(self.norm(x))
        allowed = None if padding is None else ~padding[:, None, None, :]
        for layer in self.layers:
            x = layer(x, allowed)
        return x


class SpanHead(nn.Module):
    """A score for every type at every span of up to `max_span` units."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.max_span = sizes.max_span
        self.start = nn.Sequential(nn.Linear(sizes.width, sizes.span), nn.GELU(), nn.Dropout(0.1))
        self.end = nn.Sequential(nn.Linear(sizes.width, sizes.span), nn.GELU(), nn.Dropout(0.1))
        self.form = nn.Parameter(torch.randn(TYPES + 1, sizes.span, sizes.span) * 0.02)
        self.from_start = nn.Linear(sizes.span, TYPES + 1)
        self.from_end = nn.Linear(sizes.span, TYPES + 1, bias=False)
        self.by_length = nn.Parameter(torch.zeros(sizes.max_span, TYPES + 1))
        with torch.no_grad():  # nearly every span is no entity
            self.from_start.bias[0] = 7.0

    def forward(self, first: Tensor, last: Tensor) -> Tensor:
        """Units' first and last pieces (units, width) -> scores (units, max_span, 1 + types); 0 is no entity."""
        s, e = self.start(first), self.end(last)
        count = first.shape[0]
        index = torch.arange(count, device=first.device)[:, None] + torch.arange(
            self.max_span, device=first.device
        )
        ends = e[torch.clamp(index, max=count - 1)]  # (units, max_span, span)
        bilinear = torch.matmul(s, self.form)  # (types, units, span)
        scores = torch.matmul(ends, bilinear.permute(1, 2, 0))  # (units, max_span, types)
        return scores + self.from_start(s)[:, None] + self.from_end(ends) + self.by_length[None]


class EntityHead(nn.Module):
    """What an entity is, and whether the paper introduces it, from all its mentions."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.pool = nn.Sequential(nn.Linear(3 * sizes.width, sizes.entity), nn.GELU(), nn.Dropout(0.1))
        self.context = nn.Sequential(nn.Linear(sizes.width, 64), nn.GELU())
        self.mentions = nn.Embedding(6, 16)
        self.title = nn.Embedding(2, 8)
        self.forms = nn.Embedding(3, 8)
        inside = sizes.entity + TYPES + 1 + 64 + 32
        self.kind = mlp(inside, 192, TYPES + 1)
        self.introduced = mlp(inside, 128, 1)

    def forward(
        self, first: Tensor, last: Tensor, document: Tensor, pooling: Tensor, spans: Tensor, facts: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Pool mentions and judge each entity.

        Args:
            first: (units, width).
            last: (units, width).
            document: the whole text's vector, (width,).
            pooling: (3, entities, units).
            spans: mean scores of its mentions, (entities, 1 + types).
            facts: (entities, 3): mentions (up to 5), in the title, forms (up to 2).

        Returns:
            Representations (entities, entity), type scores (entities, 1 + types), introduced scores (entities,).
        """
        pooled = torch.cat([pooling[0] @ first, pooling[1] @ last, pooling[2] @ first], -1)
        x = self.pool(pooled)
        context = self.context(document)[None].expand(x.shape[0], -1)
        y = torch.cat(
            [x, spans, context, self.mentions(facts[:, 0]), self.title(facts[:, 1]), self.forms(facts[:, 2])],
            -1,
        )
        return x, self.kind(y), self.introduced(y)[:, 0]


class PairHead(nn.Module):
    """Scores for every pair of a head and a tail, which reads the text by an attention of its own."""

    def __init__(self, sizes: Sizes, outputs: int, head_kinds: int, tail_kinds: int) -> None:
        super().__init__()
        self.count, self.dim = sizes.attention, 32
        inner = self.count * self.dim
        self.query_head = nn.Linear(sizes.entity, inner)
        self.query_tail = nn.Linear(sizes.entity, inner, bias=False)
        self.key = nn.Linear(sizes.width, inner)
        self.value = nn.Linear(sizes.width, inner)
        self.in_sentence = nn.Parameter(torch.ones(self.count))
        self.in_between = nn.Parameter(torch.ones(self.count))
        self.head = nn.Linear(sizes.entity, sizes.pair)
        self.tail = nn.Linear(sizes.entity, sizes.pair, bias=False)
        self.read = nn.Linear(inner, sizes.pair, bias=False)
        self.left = nn.Linear(sizes.entity, 96)
        self.right = nn.Linear(sizes.entity, 96)
        self.product = nn.Linear(96, sizes.pair, bias=False)
        self.kinds = nn.Embedding(head_kinds * tail_kinds, sizes.pair)
        self.tail_kinds = tail_kinds
        self.features = nn.ModuleList(nn.Embedding(n, sizes.pair) for n in PAIR_SIZES)
        self.norm = nn.LayerNorm(sizes.pair)
        self.dropout = nn.Dropout(0.1)
        self.out = mlp(sizes.pair, sizes.pair, outputs)

    def forward(
        self,
        heads: Tensor,
        tails: Tensor,
        head_kind: Tensor,
        tail_kind: Tensor,
        first: Tensor,
        features: Tensor,
        sentence: Tensor,
        between: Tensor,
    ) -> Tensor:
        """Score pairs.

        Args:
            heads: (heads, entity).
            tails: (tails, entity).
            head_kind: (heads,).
            tail_kind: (tails,).
            first: (units, width).
            features: (heads, tails, 4).
            sentence: (heads, tails, units).
            between: (heads, tails, units).

        Returns:
            (heads, tails, outputs).
        """
        n, m, units = heads.shape[0], tails.shape[0], first.shape[0]
        query = self.query_head(heads)[:, None] + self.query_tail(tails)[None]
        query = query.reshape(n * m, self.count, self.dim).transpose(0, 1)  # (count, pairs, dim)
        key = self.key(first).reshape(units, self.count, self.dim).permute(1, 2, 0)
        value = self.value(first).reshape(units, self.count, self.dim).transpose(0, 1)
        weights = torch.matmul(query, key) * self.dim**-0.5
        weights = weights + self.in_sentence[:, None, None] * sentence.reshape(1, n * m, units)
        weights = weights + self.in_between[:, None, None] * between.reshape(1, n * m, units)
        read = torch.matmul(torch.softmax(weights, -1), value).transpose(0, 1).reshape(n, m, -1)
        x = self.head(heads)[:, None] + self.tail(tails)[None] + self.read(read)
        x = x + self.product(self.left(heads)[:, None] * self.right(tails)[None])
        x = x + self.kinds(head_kind[:, None] * self.tail_kinds + tail_kind[None])
        for k, table in enumerate(self.features):
            x = x + table(features[:, :, k])
        return self.out(self.dropout(nn.functional.gelu(self.norm(x))))


class RelationHead(nn.Module):
    """Relations between the paper (first) or an entity and an entity."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.paper = nn.Sequential(nn.Linear(sizes.width, sizes.entity), nn.GELU())
        self.pairs = PairHead(sizes, len(RELATION_TYPES) + OUTCOME_COUNT, TYPES + 2, TYPES + 1)
        with torch.no_grad():  # nearly every pair is no relation
            self.pairs.out[3].bias[: len(RELATION_TYPES)] = -4.0

    def forward(
        self,
        entities: Tensor,
        kinds: Tensor,
        document: Tensor,
        first: Tensor,
        features: Tensor,
        sentence: Tensor,
        between: Tensor,
    ) -> tuple[Tensor, Tensor]:
        """Entities (n, entity) of kinds 1.. -> relation and outcome scores, (1 + n, n, 9) and (1 + n, n, 4)."""
        heads = torch.cat([self.paper(document)[None], entities])
        head_kind = torch.cat([torch.full_like(kinds[:1], TYPES + 1), kinds])
        scores = self.pairs(heads, entities, head_kind, kinds, first, features, sentence, between)
        return scores[..., : len(RELATION_TYPES)], scores[..., len(RELATION_TYPES) :]


class ResultHead(nn.Module):
    """Which numbers report quality, and whose, on what, by which measure, against whom."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.pool = nn.Sequential(nn.Linear(3 * sizes.width, sizes.entity), nn.GELU(), nn.Dropout(0.1))
        self.form = nn.Embedding(FORMS * 12, sizes.entity)
        self.paper = nn.Sequential(nn.Linear(sizes.width, sizes.entity), nn.GELU())
        self.judge = mlp(sizes.entity, 128, 1 + len(KINDS) + len(UNITS) + 1 + ROLE_COUNT)
        self.pairs = PairHead(sizes, ROLE_COUNT, 1, TYPES + 2)

    def forward(
        self,
        pooling: Tensor,
        form: Tensor,
        entities: Tensor,
        kinds: Tensor,
        document: Tensor,
        first: Tensor,
        last: Tensor,
        features: Tensor,
        sentence: Tensor,
        between: Tensor,
    ) -> tuple[Tensor, Tensor]:
        """Judge numbers.

        Args:
            pooling: (3, numbers, units).
            form: what the grammar saw, (numbers,).
            entities: (n, entity).
            kinds: (n,).
            document: (width,).
            first: (units, width).
            last: (units, width).
            features: (numbers, 1 + n, 4); the paper comes first.
            sentence: (numbers, 1 + n, units).
            between: (numbers, 1 + n, units).

        Returns:
            Judgements (numbers, 1 result + 2 kinds + 4 units + 1 negative + 4 scores of an empty role), and roles
            (numbers, 1 + n, 4).
        """
        pooled = torch.cat([pooling[0] @ first, pooling[1] @ last, pooling[2] @ first], -1)
        numbers = self.pool(pooled) + self.form(form)
        tails = torch.cat([self.paper(document)[None], entities])
        tail_kind = torch.cat([torch.full_like(kinds[:1], TYPES + 1), kinds])
        roles = self.pairs(
            numbers, tails, torch.zeros_like(form), tail_kind, first, features, sentence, between
        )
        return self.judge(numbers), roles


class Network(nn.Module):
    """Encoder and heads."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.sizes = sizes
        self.encoder = Encoder(sizes)
        self.spans = SpanHead(sizes)
        self.entities = EntityHead(sizes)
        self.relations = RelationHead(sizes)
        self.results = ResultHead(sizes)
