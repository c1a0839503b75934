/* Shows what ports and addresses become in network byte order: one line for each argument. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#define PORT_MAX 65535

static void afficherHexa(const void *adresse, size_t taille)
{
    const unsigned char *octets = adresse; /* in memory the address is in network order already: byte by byte is right */
    for (size_t i = 0; i < taille; i++)
        printf("%02x", octets[i]);
    printf("\n");
}

/* A port: digits and nothing else, from 0 to 65535. */
static int lirePort(const char *texte, uint16_t *port)
{
    unsigned long valeur = 0;
    if (*texte == '\0')
        return -1;
    for (; *texte != '\0'; texte++) {
        if (*texte < '0' || *texte > '9')
            return -1;
        valeur = 10 * valeur + (unsigned long)(*texte - '0');
        if (valeur > PORT_MAX)
            return -1; /* at once: it could only grow, and one day overflow */
    }
    *port = (uint16_t)valeur;
    return 0;
}

static int convertir(const char *argument)
{
    uint16_t port;
    struct in_addr adresse4;
    struct in6_addr adresse6;
    if (lirePort(argument, &port) == 0) {
        printf("%s -> %u\n", argument, htons(port));
        return 0;
    }
    /* inet_pton() and not inet_aton(), which also takes "1.2.3" */
    if (inet_pton(AF_INET, argument, &adresse4) == 1) {
        printf("%s -> ", argument);
        afficherHexa(&adresse4, sizeof(adresse4));
        return 0;
    }
    if (inet_pton(AF_INET6, argument, &adresse6) == 1) {
        char texte[INET6_ADDRSTRLEN]; /* there are many ways to write the same IPv6 address: this is the canonical one */
        if (inet_ntop(AF_INET6, &adresse6, texte, sizeof(texte)) == NULL) {
            perror("inet_ntop");
            return -1;
        }
        printf("%s -> ", texte);
        afficherHexa(&adresse6, sizeof(adresse6));
        return 0;
    }
    fprintf(stderr, "« %s » n'est ni un port, ni une adresse IPv4, ni une adresse IPv6\n", argument);
    return -1;
}

int main(int argc, char *argv[])
{
    if (argc < 2) {
        fprintf(stderr, "Usage : %s PORT|ADRESSE_IPV4|ADRESSE_IPV6 ...\n", argv[0]);
        return EXIT_FAILURE;
    }
    int etat = EXIT_SUCCESS;
    for (int i = 1; i < argc; i++)
        if (convertir(argv[i]) == -1)
            etat = EXIT_FAILURE; /* the other arguments are converted all the same */
    return etat;
}
