"""Real image files of 6 x 4 pixels, one of each kind, as Pillow writes them; and files to refuse."""

import base64
import struct
import zlib

# Media type and bytes.
REAL = {
    "jpeg": (
        "image/jpeg",
        base64.b85decode(
            "|JeWF01!$>Nk#wx0RR9200961|JwjV02>k%7Zed27Zw*D92+1gLMtdGB`8rkJupIGRb^yfRb5+Zc$tA}agcL"
            "cU4^xVke;Kft*d8%yve$z$C;?Br2pFhLjfEf9w;LyPAe-;q;6eqq@<*zq@<*zq@<*zq@<*zq@<*zq@<*zq@<"
            "*zq@<*zq@<*zq@<*zq@<*zq@<*zq@@4A01*fP1ONsD0U`hb5di}c0sq7R9{>OW1pxs80RaI300000000010s"
            "{mE1_uZU3Jd?l0JRVR0s#X90t5pE1q1{D00Dgg0s{a95d{(<F+m0sQDFxnaTGFvk)a49Lb1UWQqk}vGh%Xr2"
            "?`b$7#SKRCMPH<Dl|1VH#j*uLqtVJM@UIZQ&d$}S6EqEV`OD!XJ~0^b98lfcX)YvgM@{Khlq)al9QB`mY0~B"
            "nxdnmrKYE-sj9NGw6(UkxVgH*!^FkL$H>Xb($mz{*4NnC+Tr5k<mKk)=;`Y5^7Hid_V@Vt`v1fL9{~UZ0RaI"
            "40RaI40RR91000010s{mE1_uZU3Jd?l0JRYS0s#U91Oo&I1q1{D0Rndb0RjUN1O*{61`<J02Vrp&A~Jyp6he"
            "`qvB3!=Gg9ysVsg<679=#`CGi&+85$-hC@Cs6Ha9pqIzvQ7Mn_0VN>fx-R##YAT4Q8oW@l(=YIAgTc6WGrdV"
            "+(5g@%WSiHeewl$Dm3n3<ZQqok##r>Lo_va__cwzs&sy28W6#m2|T$;#5x)YaD4*xB0R<K*S$=jiF`^7Hid_"
            "V@Vt`v2Mh3<CiG0ucid06zeViYTr_(m(&%"
        ),
    ),
    "progressive jpeg": (
        "image/jpeg",
        base64.b85decode(
            "|JeWF01!$>Nk#wx0RR9200961|JwjV02>k%7Zed27Zw*D92+1gLMtdGB`8rkJupIGRb^yfRb5+Zc$tA}agcL"
            "cU4^xVke;Kft*d8%yve$z$C;?Br2pFhLjfEf9w;LyPAe-;q;6eqq@<*zq@<*zq@<*zq@<*zq@<*zq@<*zq@<"
            "*zq@<*zq@<*zq@<*zq@<*zq@<*zq@@4C01*fP1ONsD0U`hb5di}c0sq7R6#xMN00000000000000000002|H"
            "J?l0RaI300000000000000000RX7+5ij#0RRFJ0}ucJ0f03B0RO}Q6c7Ob00000000000000000030+5iXv0"
            "RRC70)PL+02C1c00000000000000000000|Jncu0RsU6KLLOL!~hf#0RR910000000000000000RP$m2mt~C"
            "0Y3qM|HJ?k5CH%H0000000000000000095m00;pA00ut-fB(b)6c7Ob00000000000000000030+5iXv0RRC"
            "%A%Fkc01N{G00IC50000G`~SoM6cGUc00000000000000000030+5iXv0|5a)5P$!~02C1c0000000000000"
            "0000000|Jncu0RjO5KM;Ta!~hf!0RR910000000000000000RP$m2mt{A0Y4Cb|Je"
        ),
    ),
    "png": (
        "image/png",
        base64.b85decode(
            "iBL{Q4GJ0x0000DNk~Le00006000042m$~A03v4D6aWAK6iGxuRCt_YJQ1M5fC`uxFaU8v0A8E{NNrq@r2qf"
            "`07*qoM6N<$f&"
        ),
    ),
    "gif": (
        "image/gif",
        base64.b85decode("M@dFFH(>?<1OR~m0LV}%000000000004x9i000I61ONaC3jhHK97wRB!GQq*06P"),
    ),
    "webp": (
        "image/webp",
        base64.b85decode(
            "Qb|TeGynhqS4BclR!}$~C;$KeumJ#_0V)On1ONm8XeFQmbh-cq0ssL1(8~4j1wB#zcD5LTcmMzZ"
        ),
    ),
    "lossless webp": (
        "image/webp",
        base64.b85decode("Qb|Te9smFUS4BclR!}%h5dZ)HF9pB=00&U0A{V9qfr#jT000"),
    ),
    "webp with exif": (
        "image/webp",
        base64.b85decode(
            "Qb|TeSO5S3S4BclR!}%t3IG5A2mk;81poj80034{I3Oqh006K70G$CU1^@&A1OR9ypaOKd00ja70RGU*_3#B"
            "fQT}$e7=m~J002c;Nk$3)002!*04e|g00;m8"
        ),
    ),
    "avif": (
        "image/avif",
        base64.b85decode(
            "0000WW^{RQVRmU|00000VRmU|ZE0pPZE0a<O+hh20002%ZDn*}000000000XXk=`10000000000aA{+70000"
            "00000000000000004sdC7Z2$lO000310016oY;R)#0000)000310RR910RR926951JBme*aC~0YKW&i*H000"
            "31000_kZf0cy000000RRADb}%tRZ)|UJ00000YH4tCZ~y=ROKEUpZvX%Q6lrsCWdHyG000001^@s61ONa45O"
            "8UDX#fBK00RgJ2mk;83}JRLLxBJc000006Ju{|a&BX6cmM$a4FCp!0000NX>e^}0000000001009I60)qqq0"
            "01m)WMOm?015~g2yW2<4F-fV792;1h27IlG{V3D0FX6~J8{VMos$p"
        ),
    ),
}


def png(width: int, height: int, tone: int = 0) -> bytes:
    """A whole PNG file that states this size; its pixels are one row at most."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\0" + bytes([tone % 256, tone // 256 % 256]) * (min(width, 64) // 2))
    chunks = ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )
